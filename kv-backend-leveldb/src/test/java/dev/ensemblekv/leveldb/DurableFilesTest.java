// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which logs are synced behind a synced write. */
class DurableFilesTest {
  @TempDir Path temp;

  /**
   * It may have begun before the synced one, and filled the log that the synced one left behind.
   */
  @Test
  void whatIsBehindASyncedWriteIsSyncedAsLongAsAnotherWriteHasNotReturned() throws IOException {
    WatchedDisk disk = new WatchedDisk();
    String behind = FileNames.log(4);
    Files.createFile(temp.resolve(behind));
    Files.createFile(temp.resolve(FileNames.log(6)));
    DurableFiles files = new DurableFiles(disk.disk(), temp);
    files.syncBehind(0, 0);
    assertThat(disk.forced).as("nothing was written").isEmpty();
    for (int i = 0; i < 2; i++) {
      files.syncBehind(0, 10);
      assertThat(disk.forced).containsExactly(behind);
      disk.forgetSyncs();
    }
    files.syncBehind(10, 10);
    assertThat(disk.forced).containsExactly(behind);
    disk.forgetSyncs();
    files.syncBehind(10, 10);
    assertThat(disk.forced).as("all was durable").isEmpty();
  }
}
