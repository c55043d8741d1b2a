// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.KvBackend;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class JsonBackendTest {
  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        JsonBackend.class.getResourceAsStream("/" + name), () -> name + " is missing");
  }

  @Test
  void isFoundOnTheClassPath() {
    assertThat(ServiceLoader.load(KvBackend.class)).hasAtLeastOneElementOfType(JsonBackend.class);
  }

  @Test
  void isProvidedAlikeOnClassPathAndModulePath() throws IOException {
    try (InputStream services = resource("META-INF/services/" + KvBackend.class.getName());
        InputStream module =
            JsonBackend.class.getModule().isNamed()
                ? JsonBackend.class.getModule().getResourceAsStream("module-info.class")
                : moduleInfo()) {
      String listed = new String(services.readAllBytes(), StandardCharsets.UTF_8).strip();
      ModuleDescriptor descriptor = ModuleDescriptor.read(module);
      assertThat(descriptor.name()).isEqualTo("dev.ensemblekv.json");
      assertThat(descriptor.provides())
          .singleElement()
          .satisfies(
              provided -> {
                assertThat(provided.service()).isEqualTo(KvBackend.class.getName());
                assertThat(provided.providers()).isEqualTo(List.of(listed));
              });
    }
  }

  /** Other modules on the class path have a file of this name too. */
  private static InputStream moduleInfo() throws IOException {
    String own = JsonBackend.class.getProtectionDomain().getCodeSource().getLocation().toString();
    for (var found :
        java.util.Collections.list(
            JsonBackend.class.getClassLoader().getResources("module-info.class"))) {
      if (found.toString().contains(own)) {
        return found.openStream();
      }
    }
    throw new AssertionError("no module-info.class in " + own);
  }

  @Test
  void declaresOptionsUnderItsName() {
    JsonBackend backend = new JsonBackend();
    assertThat(backend.options())
        .hasSize(2)
        .allSatisfy(option -> assertThat(option.name()).startsWith(backend.name() + "."));
  }
}
