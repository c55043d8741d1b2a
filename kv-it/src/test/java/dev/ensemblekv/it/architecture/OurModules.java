// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.architecture;

import java.io.File;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The modules on the class path of the tests, as a module path would see them. */
final class OurModules {
  private static final String PREFIX = "dev.ensemblekv.";

  /**
   * Modules without a descriptor that ours need, and those that these need, which they cannot say.
   */
  private static final Set<String> AUTOMATIC =
      Set.of(
          "jnr.a64asm",
          "jnr.x86asm",
          "lmdbjava",
          "org.jnrproject.constants",
          "org.jnrproject.ffi",
          "org.jnrproject.jffi",
          "org.jnrproject.jffi.nativelibs");

  private OurModules() {}

  /** Returns all modules of the project. */
  static List<ModuleReference> all() {
    return classPath().stream()
        .flatMap(entry -> modulesAt(entry).stream())
        .filter(module -> module.descriptor().name().startsWith(PREFIX))
        .sorted(Comparator.comparing(module -> module.descriptor().name()))
        .toList();
  }

  /** Returns what on the class path is a module that ours may need; the first of each name. */
  static List<Path> modulePath() {
    var byName = new TreeMap<String, Path>();
    for (Path entry : classPath()) {
      for (ModuleReference module : modulesAt(entry)) {
        if (!module.descriptor().isAutomatic() || AUTOMATIC.contains(module.descriptor().name())) {
          byName.putIfAbsent(module.descriptor().name(), entry);
        }
      }
    }
    return new ArrayList<>(byName.values());
  }

  private static List<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(Files::exists)
        .toList();
  }

  private static List<ModuleReference> modulesAt(Path entry) {
    try {
      return List.copyOf(ModuleFinder.of(entry).findAll());
    } catch (FindException e) {
      return List.of(); // a jar whose name makes no module name
    }
  }
}
