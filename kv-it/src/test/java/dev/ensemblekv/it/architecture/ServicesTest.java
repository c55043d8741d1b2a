// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.spi.KvBackend;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The backends are found on the class path and on the module path alike. */
class ServicesTest {
  private static final String SERVICES = "META-INF/services/";

  static List<ModuleReference> modules() {
    return OurModules.all();
  }

  @Test
  void theModulesAreTheKnownOnes() {
    assertThat(modules())
        .extracting(module -> module.descriptor().name())
        .containsExactly(
            "dev.ensemblekv.api",
            "dev.ensemblekv.cli",
            "dev.ensemblekv.ensemble",
            "dev.ensemblekv.extent",
            "dev.ensemblekv.json",
            "dev.ensemblekv.leveldb",
            "dev.ensemblekv.lmdb",
            "dev.ensemblekv.memory",
            "dev.ensemblekv.micrometer",
            "dev.ensemblekv.tck");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void theModuleProvidesWhatItsServiceFilesName(ModuleReference module) throws IOException {
    Map<String, List<String>> provided = new TreeMap<>();
    for (Provides provides : module.descriptor().provides()) {
      provided.put(provides.service(), provides.providers());
    }
    assertThat(provided).isEqualTo(serviceFiles(module));
  }

  private static Map<String, List<String>> serviceFiles(ModuleReference module) throws IOException {
    Map<String, List<String>> named = new TreeMap<>();
    try (ModuleReader reader = module.open()) {
      for (String resource : reader.list().toList()) {
        if (resource.startsWith(SERVICES) && !resource.endsWith("/")) {
          named.put(resource.substring(SERVICES.length()), providers(reader, resource));
        }
      }
    }
    return named;
  }

  private static List<String> providers(ModuleReader reader, String resource) throws IOException {
    Optional<InputStream> opened = reader.open(resource);
    try (InputStream in = opened.orElseThrow()) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    }
  }

  @Test
  void eachBackendHasANameOfItsOwnAndItsOptionsBeginWithIt() {
    List<String> names = new ArrayList<>();
    for (KvBackend backend : ServiceLoader.load(KvBackend.class)) {
      names.add(backend.name());
      assertThat(backend.options())
          .extracting(KvOption::name)
          .allMatch(option -> option.startsWith(backend.name() + "."));
    }
    assertThat(names)
        .containsExactlyInAnyOrder("ensemble", "extent", "json", "leveldb", "lmdb", "memory");
  }
}
