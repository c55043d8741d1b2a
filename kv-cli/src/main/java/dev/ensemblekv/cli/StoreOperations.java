// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import org.jspecify.annotations.Nullable;

/**
 * What can be done to a store of another process: the operations of its beans and the attributes
 * that can be set, by words for the command line.
 *
 * <p>The beans themselves tell what they can, so that an engine's own beans need nothing here.
 */
final class StoreOperations {
  private static final String TEXT = String.class.getName();
  private static final String NUMBER = long.class.getName();

  private final ManagedStore store;
  private final List<Operation> operations = new ArrayList<>();
  private final List<Setting> settings = new ArrayList<>();

  /**
   * An operation of a bean.
   *
   * @param word the word for it: that of {@code splitNow} is {@code split}
   */
  record Operation(String word, ManagedBean bean, MBeanOperationInfo info) {

    /** Returns the word and what follows it. */
    String usage() {
      StringBuilder usage = new StringBuilder(word);
      for (MBeanParameterInfo parameter : info.getSignature()) {
        usage.append(' ').append(parameter.getName().toUpperCase(Locale.ROOT));
      }
      return usage.toString();
    }

    @Nullable Object invoke(List<String> arguments) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < arguments.size(); i++) {
        boolean directory = info.getSignature()[i].getName().equals("directory");
        // The other process is in another directory.
        values.add(
            directory ? Path.of(arguments.get(i)).toAbsolutePath().toString() : arguments.get(i));
      }
      return bean.invoke(info, values);
    }
  }

  /** An attribute of a bean that is a number and can be set. */
  record Setting(String word, ManagedBean bean, MBeanAttributeInfo info) {

    /** Sets it to a number or, of bytes, to a size such as {@code 64MiB}. */
    void set(String value) {
      String name =
          info.getName().substring(0, 1).toLowerCase(Locale.ROOT) + info.getName().substring(1);
      KvOption.Builder<Long> type =
          word.contains("bytes") ? KvOption.sizeBytes(name) : KvOption.number(name);
      long number = type.build(0L, info.getDescription()).parse(value);
      bean.set(info.getName(), number);
    }
  }

  StoreOperations(ManagedStore store) {
    this.store = store;
    for (ManagedBean bean : store.single()) {
      for (MBeanOperationInfo operation : bean.info().getOperations()) {
        if (Stream.of(operation.getSignature()).allMatch(each -> each.getType().equals(TEXT))) {
          String word = word(operation).replaceFirst("-now$", "");
          operations.add(new Operation(word, bean, operation));
        }
      }
      for (MBeanAttributeInfo attribute : bean.info().getAttributes()) {
        if (attribute.isWritable() && attribute.getType().equals(NUMBER)) {
          settings.add(new Setting(word(attribute), bean, attribute));
        }
      }
    }
    operations.sort(Comparator.comparing(Operation::usage));
  }

  private static String word(MBeanFeatureInfo feature) {
    return feature.getName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  List<Operation> operations() {
    return operations;
  }

  List<Setting> settings() {
    return settings;
  }

  /** Returns the operation that is called so and takes so many arguments. */
  Operation operation(String word, int arguments) {
    List<Operation> called =
        operations.stream().filter(operation -> operation.word().equals(word)).toList();
    if (called.isEmpty()) {
      TreeSet<String> words = new TreeSet<>(AdminCommand.OWN_WORDS);
      operations.forEach(operation -> words.add(operation.word()));
      throw CommandException.usage(
          store + " has no operation '" + word + "', but " + String.join(", ", words));
    }
    return called.stream()
        .filter(operation -> operation.info().getSignature().length == arguments)
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.usage(
                    "the operation is used so: "
                        + String.join(" or ", called.stream().map(Operation::usage).toList())));
  }

  /** Returns the attribute that is called so, or by the word for it. */
  Setting setting(String name) {
    return settings.stream()
        .filter(each -> each.word().equals(name) || each.info().getName().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.usage(
                    store
                        + " has nothing to be set that is called '"
                        + name
                        + "'"
                        + (settings.isEmpty()
                            ? ""
                            : ", but "
                                + String.join(
                                    ", ", settings.stream().map(Setting::word).toList()))));
  }
}
