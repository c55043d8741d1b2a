// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.jmx;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process with some open stores, which does what it is told on its standard input and answers
 * each line with {@code done}.
 */
final class StoreHost {
  /** The name of an ensemble over extent, whose substores are shown, and of a json store. */
  static final String SHARED_NAME = "music";

  /** The name of an extent store. */
  static final String SINGLE_NAME = "films";

  /** A name that has to be quoted. */
  static final String ODD_NAME = "a,b=c";

  private final List<KvStore> stores = new ArrayList<>();

  private StoreHost() {}

  /** Opens stores in the directory given. */
  public static void main(String[] arguments) throws IOException {
    StoreHost host = new StoreHost();
    host.openAll(Path.of(arguments[0]));
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = "";
    while (line != null) {
      host.run(line);
      System.out.println("done");
      line = input.readLine();
    }
  }

  private void openAll(Path directory) {
    KvOptions ensemble =
        named(SHARED_NAME).toBuilder().set(KvOptions.SUBSTORE_MBEANS, true).build();
    stores.add(KvStores.open("ensemble:extent", directory.resolve("ensemble"), ensemble));
    KvStore albums = KvStores.open("ensemble:extent", directory.resolve("albums"), named("albums"));
    put(albums, 10, 100); // so many that each of its substores has some
    stores.add(albums);
    stores.add(KvStores.open("json", directory.resolve("json"), named(SHARED_NAME)));
    stores.add(KvStores.open("extent", directory.resolve("extent"), named(SINGLE_NAME)));
    stores.add(KvStores.open("memory", directory.resolve("memory"), named(ODD_NAME)));
    for (String spec : List.of("leveldb", "lmdb")) {
      stores.add(KvStores.open(spec, directory.resolve(spec), named(spec)));
    }
    stores.forEach(store -> put(store, 0, 10));
  }

  private static KvOptions named(String name) {
    return KvOptions.builder().set(KvOptions.NAME, name).build();
  }

  private static void put(KvStore store, int from, int to) {
    for (int i = from; i < to; i++) {
      store.put(("key" + i).getBytes(StandardCharsets.UTF_8), new byte[100]);
    }
  }

  private void run(String line) {
    String[] words = line.split(" ", -1);
    if (words[0].equals("put")) {
      put(stores.get(0), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    } else if (words[0].equals("close")) {
      stores.forEach(KvStore::close);
    }
  }
}
