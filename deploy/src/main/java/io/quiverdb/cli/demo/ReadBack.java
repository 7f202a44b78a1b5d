package io.quiverdb.cli.demo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;

/// Reads every point back that was acknowledged, and compares its value; those of unknown fate too,
/// which may be missing but not different.
final class ReadBack {
  private static final int BATCH_IDS = 256;

  private final Function<List<String>, Map<String, String>> digestsById;
  private final LongConsumer progress;

  /// @param digestsById reads points, linearizably: of those found, the digests by id
  /// @param progress told how many have been read
  ReadBack(Function<List<String>, Map<String, String>> digestsById, LongConsumer progress) {
    this.digestsById = digestsById;
    this.progress = progress;
  }

  /// @param missing ids of acknowledged points that are not there
  /// @param different ids of points whose value is not the one written
  record Verdict(int read, List<String> missing, List<String> different) {
    int lost() {
      return missing.size() + different.size();
    }
  }

  /// @param unknown digests by id
  Verdict verify(Collection<Acknowledgement> acknowledged, Map<String, String> unknown) {
    var expected = new LinkedHashMap<String, String>();
    acknowledged.forEach(one -> expected.put(one.id(), one.digest()));
    var missing = new ArrayList<String>();
    var different = new ArrayList<String>();
    int read = 0;
    for (var ids : batches(new ArrayList<>(expected.keySet()))) {
      var found = digestsById.apply(ids);
      for (var id : ids) {
        var digest = found.get(id);
        if (digest == null) {
          missing.add(id);
        } else if (!digest.equals(expected.get(id))) {
          different.add(id);
        }
      }
      read += ids.size();
      progress.accept(read);
    }
    for (var ids : batches(new ArrayList<>(unknown.keySet()))) {
      digestsById
          .apply(ids)
          .forEach(
              (id, digest) -> {
                if (!digest.equals(unknown.get(id))) {
                  different.add(id);
                }
              });
    }
    return new Verdict(read, List.copyOf(missing), List.copyOf(different));
  }

  private static List<List<String>> batches(List<String> ids) {
    var batches = new ArrayList<List<String>>();
    for (int start = 0; start < ids.size(); start += BATCH_IDS) {
      batches.add(ids.subList(start, Math.min(start + BATCH_IDS, ids.size())));
    }
    return batches;
  }
}
