// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.jmx.Description;
import dev.ensemblekv.api.jmx.LatencyMXBean;
import dev.ensemblekv.api.jmx.StoreMXBean;
import dev.ensemblekv.api.jmx.TaskMXBean;
import dev.ensemblekv.ensemble.EnsembleMXBean;
import dev.ensemblekv.extent.ExtentEngineMXBean;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.tck.report.Level;
import dev.ensemblekv.tck.report.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.NodeList;

/** What the documents say in tables, lists and links is so. */
class DocumentedFactsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(?:#([^)]*))?\\)");
  private static final Pattern RULE = Pattern.compile("KV-\\d\\.\\d");
  private static final Pattern ARTIFACT = Pattern.compile("\\bkv-[a-z]+(?:-[a-z]+)?\\b");

  private static final Document README = Document.of("README.md");
  private static final Document TCK = Document.of("kv-tck/README.md");
  private static final Document JMX = Document.of("docs/jmx.md");
  private static final Document SPEC = Document.of("docs/spec.md");

  @TempDir Path temp;

  static List<Document> documents() throws IOException {
    return Document.all();
  }

  static List<KvBackend> backends() {
    return ServiceLoader.load(KvBackend.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void eachLinkLeadsSomewhere(Document document) {
    for (MatchResult link : LINK.matcher(String.join("\n", document.lines())).results().toList()) {
      if (link.group(1).contains("://")) {
        continue;
      }
      Path target = document.path().resolveSibling(link.group(1)).normalize();
      Path file = link.group(1).isEmpty() ? document.path() : target;
      assertThat(Document.root().resolve(file)).exists();
      if (link.group(2) != null) {
        assertThat(Document.of(file.toString()).anchors()).contains(link.group(2));
      }
    }
  }

  @Test
  void whatIsQuotedIsInItsFile() throws IOException {
    List<Document.Block> quoted =
        Document.all().stream()
            .flatMap(document -> document.blocks().stream())
            .filter(Document.Block::isQuoted)
            .toList();
    assertThat(quoted).isNotEmpty();
    for (Document.Block block : quoted) {
      String file = Files.readString(Document.root().resolve(block.source()));
      for (String part : block.text().split("(?m)^\\s*\\.\\.\\.\n", -1)) {
        assertThat(withoutIndent(file)).as("%s", block).contains(withoutIndent(part));
      }
    }
  }

  private static String withoutIndent(String code) {
    return code.replaceAll("(?m)^ +", "");
  }

  @Test
  void theReadmeListsTheModules() throws IOException {
    String pom = Files.readString(Document.root().resolve("pom.xml"));
    Set<String> modules = matches(Pattern.compile("(?<=<module>)[^<]+"), pom);
    modules.removeAll(Set.of("kv-bench", "kv-it")); // not published

    Set<String> listed =
        README.lines().stream()
            .filter(line -> line.matches("\\| \\[?`kv-.*"))
            .flatMap(line -> matches(ARTIFACT, line.split("\\|", -1)[1]).stream())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(listed).isEqualTo(modules);
  }

  @Test
  void theCoordinatesInTheReadmeAreThoseOfTheBuild() throws Exception {
    String pom = Files.readString(Document.root().resolve("kv-bom/pom.xml"));
    for (Document.Block block : README.blocks("xml")) {
      String xml = "<project>" + block.text() + "</project>";
      org.w3c.dom.Document parsed =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
      for (String element : List.of("groupId", "artifactId", "version")) {
        NodeList nodes = parsed.getElementsByTagName(element);
        assertThat(nodes.getLength()).isPositive();
        for (int i = 0; i < nodes.getLength(); i++) {
          String text = nodes.item(i).getTextContent();
          assertThat(pom).contains("<" + element + ">" + text + "</" + element + ">");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachFeatureIsExplainedAndItsBackendsAreNamed(KvFeature feature) {
    List<List<String>> rows = SPEC.rows(feature.name());

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0)).hasSize(2);
    assertThat(rows.get(1))
        .containsExactly(
            feature.name(),
            has(feature, "memory") ? "yes" : "",
            has(feature, "json") ? "yes" : "",
            has(feature, "leveldb") ? "yes" : "",
            has(feature, "lmdb") ? "yes" : "",
            has(feature, "extent") ? "yes" : "",
            has(feature, "ensemble") ? "as its backend" : "");
  }

  private static boolean has(KvFeature feature, String backend) {
    return backends().stream()
        .anyMatch(found -> found.name().equals(backend) && found.features().contains(feature));
  }

  @Test
  void eachOptionOfEveryStoreIsDocumented() {
    for (KvOption<?> option : KvOptions.global()) {
      assertThat(option.kind()).isEqualTo(KvOption.Kind.SESSION);
      assertThat(SPEC.rows("`" + option.name() + "`"))
          .as(option.name())
          .singleElement()
          .satisfies(row -> assertThat(row.get(1)).isEqualTo(shownDefault(option)));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void eachOptionOfABackendIsInItsReadme(KvBackend backend) {
    String module = backend.isLayer() ? "kv-" : "kv-backend-";
    Document readme = Document.of(module + backend.name() + "/README.md");
    for (KvOption<?> option : backend.options()) {
      String range = option.range().isEmpty() ? "" : "`" + option.range() + "`";
      assertThat(readme.rows("`" + option.name() + "`"))
          .as(option.name())
          .singleElement()
          .satisfies(
              row ->
                  assertThat(row.subList(1, 4))
                      .containsExactly(shownDefault(option), range, option.kind().name()));
      for (List<String> row : README.rows("`" + option.name() + "`")) {
        assertThat(row.get(1)).isEqualTo(shownDefault(option));
      }
    }
    assertThat(named(readme, backend)).isSubsetOf(names(backend));
    assertThat(named(README, backend)).isSubsetOf(names(backend));
  }

  private static List<String> names(KvBackend backend) {
    return backend.options().stream().map(KvOption::name).toList();
  }

  /** Returns the options of a backend that a document names. */
  private static Set<String> named(Document document, KvBackend backend) {
    Pattern option = Pattern.compile("(?<=`)" + backend.name() + "\\.[a-z][A-Za-z]+(?=[`=])");
    return matches(option, String.join("\n", document.lines()));
  }

  private static <T> String shownDefault(KvOption<T> option) {
    String value = option.format(option.defaultValue());
    return value.isEmpty() ? "" : "`" + value + "`";
  }

  @Test
  void theSuiteTestsTheRulesOfTheSpec() throws IOException {
    Set<String> tested = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Document.root().resolve("kv-tck/src/main/java"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        tested.addAll(matches(RULE, Files.readString(file)));
      }
    }
    List<String> defined = new ArrayList<>();
    for (String line : SPEC.lines()) {
      if (line.startsWith("- **KV-")) {
        defined.addAll(matches(RULE, line.substring(0, line.indexOf("** "))));
      }
    }

    assertThat(defined).isSorted().doesNotHaveDuplicates();
    Level.TESTED_BY_THE_ENGINE.forEach(rule -> tested.add("KV-" + rule));
    Level.REVIEWED.forEach(rule -> tested.add("KV-" + rule));
    assertThat(tested).containsExactlyElementsOf(defined);
  }

  @ParameterizedTest
  @EnumSource
  void eachLevelIsExplained(Level level) {
    assertThat(TCK.rows("`" + level.id() + "`"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(words(row.get(2)))
                  .isEqualTo(words(level.includes(), each -> "`" + each.id() + "`"));
              assertThat(words(row.get(3))).isEqualTo(words(level.ownNeeds(), KvFeature::name));
              assertThat(words(row.get(4)))
                  .isEqualTo(words(level.ownRules(), rule -> "KV-" + rule));
            });
  }

  private static Set<String> words(String cell) {
    return new TreeSet<>(cell.isEmpty() ? List.of() : List.of(cell.split(" ")));
  }

  private static <T> Set<String> words(Collection<T> all, Function<T, String> word) {
    return all.stream().map(word).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theStatesOfALevelAreExplained() {
    for (Verdict.State state : Verdict.State.values()) {
      assertThat(TCK.rows(state.text())).as(state.text()).hasSize(1);
    }
  }

  @Test
  void theRulesThatNeedNotBeSeenAreNamed() {
    String text = String.join(" ", TCK.lines());
    String named =
        text.substring(
            text.indexOf("need not be seen from outside"), text.indexOf("A test that sees"));
    Set<String> rules = new TreeSet<>(Level.TESTED_BY_THE_ENGINE);
    rules.addAll(Level.REVIEWED);
    rules.addAll(Level.SEEN_ON_A_SIMULATED_DISK);

    assertThat(matches(RULE, named)).isEqualTo(words(rules, rule -> "KV-" + rule));
  }

  @Test
  void thePropertiesOfTheSuiteAreDocumented() throws IOException {
    Pattern property = Pattern.compile("(?<=\"dev\\.ensemblekv\\.tck)\\.[a-zA-Z]+(?=\")");
    String suite =
        Files.readString(
            Document.root().resolve("kv-tck/src/main/java/dev/ensemblekv/tck/KvStoreTck.java"));
    Set<String> documented = new TreeSet<>();
    TCK.lines().stream()
        .filter(line -> line.startsWith("| `."))
        .forEach(
            line ->
                documented.addAll(
                    matches(Pattern.compile("\\.[a-zA-Z]+"), line.split("\\|", -1)[1])));

    assertThat(documented).isNotEmpty().isEqualTo(matches(property, suite));
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        StoreMXBean.class,
        LatencyMXBean.class,
        TaskMXBean.class,
        EnsembleMXBean.class,
        ExtentEngineMXBean.class
      })
  void eachAttributeAndOperationOfABeanIsDocumented(Class<?> bean) {
    assertThat(bean.getAnnotation(Description.class)).isNotNull();
    for (Method method : bean.getMethods()) {
      Description description = method.getAnnotation(Description.class);
      if (description == null) {
        assertThat(method.getName()).as("the setter of a described attribute").startsWith("set");
      } else {
        assertThat(JMX.rows("`" + shown(method) + "`"))
            .as("%s", method)
            .extracting(row -> row.get(1))
            .contains(description.value());
      }
    }
  }

  private static String shown(Method method) {
    String name = method.getName();
    if (method.getParameterCount() == 0 && name.matches("(get|is)[A-Z].*")) {
      return name.substring(name.startsWith("is") ? 2 : 3);
    }
    return Stream.of(method.getParameters())
        .map(parameter -> parameter.getAnnotation(Description.class).name())
        .collect(Collectors.joining(", ", name + "(", ")"));
  }

  @ParameterizedTest
  @EnumSource
  void eachNotificationIsDocumented(KvEvent.Kind kind) {
    assertThat(JMX.rows("`" + kind.type() + "`"))
        .singleElement()
        .satisfies(row -> assertThat(row.get(1)).isEqualTo(kind.text()));
  }

  @Test
  void theFilesOfAStoreHaveTheFieldsThatAreDocumented() throws IOException {
    Path directory = temp.resolve("store");
    KvOptions options = KvOptions.builder().set("ensemble.maxKeys", "20").build();
    try (KvStore store = KvStores.open("ensemble:json", directory, options)) {
      assertThat(store.size()).isZero();
    }

    assertThat(fields(Files.readString(directory.resolve("STORE"))))
        .isNotEmpty()
        .isSubsetOf(documentedFields(SPEC));
    assertThat(fields(Files.readString(directory.resolve("substores/0000/STORE"))))
        .contains("inside")
        .isSubsetOf(documentedFields(SPEC));
    assertThat(fields(Files.readString(directory.resolve("MANIFEST"))))
        .isNotEmpty()
        .isSubsetOf(documentedFields(Document.of("docs/architecture.md")));
  }

  private static Set<String> documentedFields(Document document) {
    Set<String> fields = new TreeSet<>(Set.of("crc32c"));
    document.blocks("text").forEach(block -> fields.addAll(fields(block.text())));
    return fields;
  }

  private static Set<String> fields(String text) {
    return matches(Pattern.compile("(?m)^[A-Za-z0-9.]+(?= = )"), text);
  }

  private static Set<String> matches(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
