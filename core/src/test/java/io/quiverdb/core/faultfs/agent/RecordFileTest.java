package io.quiverdb.core.faultfs.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
  @TempDir private Path folder;

  @Test
  void recordsAreReadInOrder() throws IOException {
    var records = new RecordFile(folder.resolve("records"));

    records.append(new byte[] {1, 2});
    records.append(new byte[0]);
    records.append(new byte[] {3});

    assertThat(records.read()).containsExactly(new byte[] {1, 2}, new byte[0], new byte[] {3});
  }

  @Test
  void recordThatIsTornAnywhereIsNoneAndOthersFollow() throws IOException {
    Path file = folder.resolve("records");
    var records = new RecordFile(file);
    records.append(new byte[] {1, 2});
    records.append(new byte[] {3, 4, 5});
    byte[] whole = Files.readAllBytes(file);
    for (int length = 6; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(records.read()).containsExactly(new byte[] {1, 2});

      records.cutTornTail();
      records.append(new byte[] {6});

      assertThat(records.read()).containsExactly(new byte[] {1, 2}, new byte[] {6});
    }
  }

  @Test
  void replacedRecordsAreGone() throws IOException {
    var records = new RecordFile(folder.resolve("records"));
    records.append(new byte[] {1, 2});

    records.replace(List.of(new byte[] {7}));

    assertThat(records.read()).containsExactly(new byte[] {7});
    records.delete();
    assertThat(records.read()).isEmpty();
    assertThat(records.length()).isZero();
  }
}
