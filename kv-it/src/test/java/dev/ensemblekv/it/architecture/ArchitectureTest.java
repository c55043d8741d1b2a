// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md, and what every published class keeps to. */
class ArchitectureTest {
  private static final String OURS = "dev.ensemblekv";

  /** The packages of kv-api, by the first part of their name below ours. */
  private static final Set<String> FRAMEWORK = Set.of("api", "spi");

  /** The packages that stand on kv-api, each a module of its own. */
  private static final Set<String> ROOMS =
      Set.of("cli", "ensemble", "extent", "json", "leveldb", "lmdb", "memory", "micrometer", "tck");

  /** What kv-api exports. */
  private static final String[] EXPORTED = {
    OURS + ".api", OURS + ".api.jmx", OURS + ".spi", OURS + ".spi.io",
  };

  /** What tells a native library where its files are. */
  private static final String NATIVE =
      OURS.replace(".", "\\.") + "\\.(leveldb\\.(OpenDatabase|ReadOnlyCopy)|lmdb\\.Database)";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPackages(OURS)
          .that(DescribedPredicate.not(resideInAnyPackage(OURS + ".bench..", OURS + ".it..")));

  @Test
  void theRoomsAreTheKnownOnes() {
    Set<String> found =
        CLASSES.stream().map(ArchitectureTest::room).collect(Collectors.toCollection(TreeSet::new));
    Set<String> known = new TreeSet<>(FRAMEWORK);
    known.addAll(ROOMS);
    assertThat(found).isEqualTo(known);
  }

  @Test
  void theApiNeedsNothingOfOurs() {
    classes()
        .that(areIn("api..", "spi.."))
        .should()
        .onlyDependOnClassesThat(areIn("api..", "spi..").or(areNotOurs()))
        .check(CLASSES);
  }

  @Test
  void theApiNeedsNoLibrariesButSlf4jAndJSpecify() {
    classes()
        .that(areIn("api..", "spi.."))
        .should()
        .onlyDependOnClassesThat(
            areIn("api..", "spi..")
                .or(
                    resideInAnyPackage(
                        "java..", "javax.management..", "com.sun.nio.file", "org.slf4j"))
                .or(resideInAPackage("org.jspecify.annotations")))
        .check(CLASSES);
  }

  @Test
  void everyOtherRoomNeedsOnlyWhatTheApiExports() {
    for (String room : ROOMS) {
      classes()
          .that(areIn(room + ".."))
          .should()
          .onlyDependOnClassesThat(
              areIn(room + "..").or(resideInAnyPackage(EXPORTED)).or(areNotOurs()))
          .check(CLASSES);
    }
  }

  @Test
  void whatIsInternalIsUsedByTheApiAndTheSpiOnly() {
    noClasses()
        .that(DescribedPredicate.not(areIn("api", "api.internal..", "spi")))
        .should()
        .dependOnClassesThat(areIn("api.internal.."))
        .check(CLASSES);
  }

  @Test
  void theFileInterfaceStandsBelowTheSpi() {
    classes()
        .that(areIn("spi.io.."))
        .should()
        .onlyDependOnClassesThat(areIn("spi.io..", "api").or(areNotOurs()))
        .check(CLASSES);
  }

  @Test
  void onlyTheRealDiskTheCommandLineAndTheTestSuiteTouchFiles() {
    noClasses()
        .that(DescribedPredicate.not(areIn("cli..", "tck..")))
        .and()
        .haveNameNotMatching(OURS.replace(".", "\\.") + "\\.spi\\.io\\.(RealDisk.*|ScratchFolder)")
        .and()
        .haveNameNotMatching(NATIVE)
        .should()
        .dependOnClassesThat(
            belongToAnyOf(
                File.class,
                Files.class,
                FileChannel.class,
                AsynchronousFileChannel.class,
                RandomAccessFile.class,
                FileInputStream.class,
                FileOutputStream.class,
                FileReader.class,
                FileWriter.class))
        .check(CLASSES);
  }

  /**
   * The child process of the test suite is a program too, which reports to its parent; the suite
   * itself tells those who run it what it found out.
   */
  @Test
  void onlyProgramsAndTheTestSuitePrint() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
        CLASSES.that(
            DescribedPredicate.not(
                areIn("cli..")
                    .or(HasName.Predicates.name(OURS + ".tck.TckChild"))
                    .or(HasName.Predicates.name(OURS + ".tck.ReportExtension")))));
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> unmarked = new TreeSet<>();
    for (JavaClass each : CLASSES) {
      JavaPackage itsPackage = each.getPackage();
      if (!itsPackage.isAnnotatedWith(NullMarked.class)) {
        unmarked.add(itsPackage.getName());
      }
    }
    assertThat(unmarked).isEmpty();
  }

  private static String room(JavaClass each) {
    return each.getPackageName().substring(OURS.length() + 1).split("\\.", 2)[0];
  }

  /** Matches classes in packages of ours, named from below {@link #OURS} as ArchUnit does. */
  private static DescribedPredicate<JavaClass> areIn(String... packages) {
    String[] names = new String[packages.length];
    for (int i = 0; i < packages.length; i++) {
      names[i] = OURS + "." + packages[i];
    }
    return resideInAnyPackage(names);
  }

  private static DescribedPredicate<JavaClass> areNotOurs() {
    return DescribedPredicate.not(resideInAPackage(OURS + ".."));
  }
}
