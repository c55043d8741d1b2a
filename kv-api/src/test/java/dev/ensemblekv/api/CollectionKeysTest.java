// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CollectionKeysTest {
  private static final int ROUNDS = 20_000;

  /** The characters next to the separator, those of the escapes, and the ends of the range. */
  private static final int[] ALPHABET = {0, '.', '/', '0', '%', '2', '5', 'F', 'a', 0x10FFFF};

  private final long seed = new SplittableRandom().nextLong();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void aKeyIsTheCollectionASlashAndTheName() {
    assertThat(new CollectionKeys("artist").key("daft_punk"))
        .asString(UTF_8)
        .isEqualTo("artist/daft_punk");
    assertThat(new CollectionKeys("a/b%c").key("d/e%f"))
        .asString(UTF_8)
        .isEqualTo("a%2Fb%25c/d/e%f");
  }

  @Test
  void namesAreReversibleAndKeepTheirOrder() {
    for (int i = 0; i < ROUNDS; i++) {
      CollectionKeys keys = new CollectionKeys(randomText());
      String a = randomText();
      String b = randomText();
      assertThat(keys.name(keys.key(a))).as("seed %d", seed).isEqualTo(a);
      assertThat(Integer.signum(Arrays.compareUnsigned(keys.key(a), keys.key(b))))
          .as("seed %d: '%s' and '%s'", seed, a, b)
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8))));
    }
  }

  @Test
  void aKeyIsInItsOwnCollectionOnly() {
    for (int i = 0; i < ROUNDS; i++) {
      String collection = randomText();
      String other = randomText();
      byte[] key = new CollectionKeys(collection).key(randomText());
      assertThat(new CollectionKeys(other).range().contains(key))
          .as("seed %d: a key of '%s' in '%s'", seed, collection, other)
          .isEqualTo(collection.equals(other));
    }
  }

  private String randomText() {
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      text.appendCodePoint(ALPHABET[random.nextInt(ALPHABET.length)]);
    }
    return text.toString();
  }
}
