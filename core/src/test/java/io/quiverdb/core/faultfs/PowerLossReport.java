package io.quiverdb.core.faultfs;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a power cut has taken.
///
/// @param names each as a sentence
public record PowerLossReport(long seed, List<LostBytes> bytes, List<String> names) {
  /// @param file below the tree, by the name it has now
  /// @param writes that were not forced
  /// @param sectors that are not what the process last saw
  public record LostBytes(String file, int writes, int sectors, long sizeBefore, long sizeAfter) {
    @Override
    public String toString() {
      return "%s: %d sectors of %d unforced writes lost, %d bytes long, was %d"
          .formatted(file, sectors, writes, sizeAfter, sizeBefore);
    }
  }

  public boolean isEmpty() {
    return bytes.isEmpty() && names.isEmpty();
  }

  @Override
  public String toString() {
    return Stream.concat(bytes.stream().map(LostBytes::toString), names.stream())
        .collect(Collectors.joining("\n  ", "power loss seed=" + seed + "\n  ", "\n"));
  }
}
