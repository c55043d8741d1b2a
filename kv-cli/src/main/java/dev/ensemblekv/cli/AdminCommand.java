// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Steers a store that another process has open. */
@Command(
    name = "admin",
    description = {
      "Steer a store that another process of this machine has open, over JMX; without an",
      "OPERATION, list its stores and what can be done. Long work is watched until it ends;",
      "Ctrl-C ends the watching only."
    })
final class AdminCommand extends KvCommand {
  private static final String CANCEL = "cancel";
  private static final String SET = "set";
  private static final String TASKS = "tasks";

  /** The operations that are not those of a bean. */
  static final List<String> OWN_WORDS = List.of(CANCEL, SET, TASKS);

  @Parameters(index = "0", paramLabel = Target.LABEL, description = Target.DESCRIPTION)
  private String process = "";

  @Parameters(
      index = "1..*",
      paramLabel = "[STORE] OPERATION [ARGS]",
      arity = "0..*",
      hideParamSyntax = true,
      description =
          "The store, if the process has several, by its name; what to do, and with what.")
  private List<String> words = new ArrayList<>();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  AdminCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    Target target = Target.of(process);
    try (ManagedJvm jvm = ManagedJvm.attach(target.pid())) {
      List<ManagedStore> stores = target.stores(jvm);
      List<String> rest = words;
      if (!rest.isEmpty()) {
        String first = rest.get(0);
        boolean named = stores.stream().anyMatch(store -> store.isCalled(first));
        stores = List.of(named ? jvm.store(stores, first) : jvm.only(stores));
        rest = rest.subList(named ? 1 : 0, rest.size());
      }
      if (rest.isEmpty()) {
        if (stores.isEmpty()) {
          throw jvm.noStore();
        }
        list(stores);
        return Exit.DONE;
      }
      return run(stores.get(0), rest.get(0), rest.subList(1, rest.size()));
    }
  }

  private int run(ManagedStore store, String word, List<String> arguments) {
    switch (word) {
      case TASKS -> {
        check(arguments, 0, TASKS);
        printTasks(store.tasks().stream().map(RemoteTask::read).toList());
      }
      case CANCEL -> {
        check(arguments, 1, CANCEL + " ID");
        store.task(arguments.get(0)).invoke(CANCEL);
        printDone(word, null);
      }
      case SET -> {
        check(arguments, 2, SET + " NAME VALUE");
        new StoreOperations(store).setting(arguments.get(0)).set(arguments.get(1));
        printDone(word, null);
      }
      default -> {
        Object result =
            new StoreOperations(store).operation(word, arguments.size()).invoke(arguments);
        ManagedBean task = store.startedBy(result);
        if (task != null) {
          return watch(task);
        }
        printDone(word, result);
      }
    }
    return Exit.DONE;
  }

  private static void check(List<String> arguments, int count, String usage) {
    if (arguments.size() != count) {
      throw CommandException.usage("the operation is used so: " + usage);
    }
  }

  private int watch(ManagedBean bean) {
    RemoteTask task = Progress.watch(shell(), bean);
    if (json) {
      Json.print(out(), task.json());
    } else {
      out().line(task.line());
    }
    return task.exitCode();
  }

  private void printDone(String word, @Nullable Object result) {
    if (json) {
      ObjectNode document = Json.object().put("operation", word);
      if (result != null) {
        document.put("result", result.toString());
      }
      Json.print(out(), document);
    } else {
      out().line(word + ": " + (result == null ? "done" : result));
    }
  }

  private void printTasks(List<RemoteTask> tasks) {
    if (json) {
      ArrayNode array = Json.object().putArray(TASKS);
      tasks.forEach(task -> array.add(task.json()));
      Json.print(out(), array);
    } else {
      tasks.forEach(task -> out().line(task.line()));
    }
  }

  private void list(List<ManagedStore> stores) {
    if (json) {
      ArrayNode array = Json.object().putArray("stores");
      stores.forEach(store -> add(array.addObject(), store));
      Json.print(out(), array);
    } else {
      stores.forEach(this::print);
    }
  }

  private static void add(ObjectNode document, ManagedStore store) {
    Attributes facts = facts(store);
    document.put("store", store.word()).put("name", store.name());
    facts
        .values()
        .forEach((name, value) -> document.put(name.toLowerCase(Locale.ROOT), value.toString()));
    StoreOperations all = new StoreOperations(store);
    ArrayNode operations = document.putArray("operations");
    all.operations().forEach(each -> operations.add(each.usage()));
    OWN_WORDS.forEach(operations::add);
    ArrayNode settings = document.putArray("settings");
    all.settings().forEach(each -> settings.add(each.word()));
  }

  private static Attributes facts(ManagedStore store) {
    return store.store().read("Spec", "State", "Path", "Id");
  }

  private void print(ManagedStore store) {
    Attributes facts = facts(store);
    out()
        .line(
            KeyText.oneLine(
                String.join(
                    "  ",
                    store.title(),
                    facts.text("Spec"),
                    facts.text("State"),
                    facts.text("Path"))));
    StoreOperations all = new StoreOperations(store);
    all.operations().forEach(each -> line(each.usage(), each.info().getDescription()));
    all.settings()
        .forEach(each -> line(SET + " " + each.word() + " N", each.info().getDescription()));
    line(TASKS, "Lists the tasks under way and the last that ended.");
    line(CANCEL + " ID", "Asks a task to end at its next step.");
  }

  private void line(String usage, String text) {
    out().line(String.format(Locale.ROOT, "  %-26s  %s", usage, text));
  }
}
