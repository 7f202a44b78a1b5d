package io.quiverdb.cli.demo;

import java.time.Duration;
import java.util.List;

/// Draws how many points a shard acknowledged, moment by moment, around a kill:
/// `▅▆▇▆█▇│▁········▃▅▆▇`. A dot is a moment without any; the bar is the kill.
final class WriteTimeline {
  private static final String LEVELS = "▁▂▃▄▅▆▇█";
  private static final int MOMENTS_BEFORE = 10;
  private static final int MOMENTS = 50;

  private final Duration moment;

  /// @param moment what one sign stands for
  WriteTimeline(Duration moment) {
    this.moment = moment;
  }

  String draw(List<Acknowledgement> acknowledgements, int shard, long killNanos) {
    var counts = counts(acknowledgements, shard, killNanos);
    int most = 1;
    for (int count : counts) {
      most = Math.max(most, count);
    }
    var line = new StringBuilder();
    for (int index = 0; index < MOMENTS; index++) {
      line.append(index == MOMENTS_BEFORE ? "│" : "").append(sign(counts[index], most));
    }
    return line.toString();
  }

  private int[] counts(List<Acknowledgement> acknowledgements, int shard, long killNanos) {
    var counts = new int[MOMENTS];
    for (var acknowledgement : acknowledgements) {
      long sinceKill = acknowledgement.receivedNanos() - killNanos;
      long index = Math.floorDiv(sinceKill, moment.toNanos()) + MOMENTS_BEFORE;
      if (acknowledgement.shard() == shard && index >= 0 && index < MOMENTS) {
        counts[(int) index]++;
      }
    }
    return counts;
  }

  private static char sign(int count, int most) {
    return count == 0 ? '·' : LEVELS.charAt((count * LEVELS.length() - 1) / most);
  }
}
