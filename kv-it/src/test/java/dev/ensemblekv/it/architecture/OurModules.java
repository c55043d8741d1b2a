// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.architecture;

import java.io.File;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor.Requires;
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
import java.util.stream.Collectors;

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

  /**
   * Returns what on the class path is a module with a descriptor, or required by one of ours,
   * directly or not; the first of each name.
   */
  static List<Path> modulePath() {
    Set<String> required =
        all().stream()
            .flatMap(module -> module.descriptor().requires().stream())
            .map(Requires::name)
            .collect(Collectors.toSet());
    var byName = new TreeMap<String, Path>();
    for (Path entry : classPath()) {
      for (ModuleReference module : modulesAt(entry)) {
        String name = module.descriptor().name();
        if (!module.descriptor().isAutomatic()
            || required.contains(name)
            || AUTOMATIC.contains(name)) {
          byName.putIfAbsent(name, entry);
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
