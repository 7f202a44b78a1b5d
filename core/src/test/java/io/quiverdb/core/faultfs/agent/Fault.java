package io.quiverdb.core.faultfs.agent;

import java.time.Duration;
import java.util.List;

/// What a disk does wrong, to which calls.
///
/// @param glob of paths below the tree, as in `wal/*` or `raft/**`
/// @param first counts the calls that match, from 1, since the faults were armed
/// @param count how many calls, from the first on
/// @param delay for [Action#SLOW]
public record Fault(
    Action action, Operation operation, String glob, long first, long count, Duration delay) {
  private static final long FOR_EVER = Long.MAX_VALUE;

  /// What happens to the call.
  public enum Action {
    /// It fails: input/output error. After a force that failed, a later one does not help: what was
    /// not on the disk never will be, unless it is written again.
    EIO,
    /// It fails: no space left on device. Half of what is written may have been.
    ENOSPC,
    /// It takes longer.
    SLOW,
    /// It goes on when the fault is taken away, or another set of faults armed.
    STALL,
    /// A force returns and has done nothing.
    SKIP
  }

  public enum Operation {
    /// Of a file, a directory or a link.
    CREATE,
    /// To a file; cutting it is one, too.
    WRITE,
    /// Of a file or a directory.
    FORCE,
    RENAME,
    DELETE
  }

  public Fault {
    if (first < 1 || count < 1) {
      throw new IllegalArgumentException(
          "calls: %d from number %d on (expected: at least 1)".formatted(count, first));
    }
    if (action == Action.SKIP && operation != Operation.FORCE) {
      throw new IllegalArgumentException("operation: " + operation + " (expected: FORCE)");
    }
    if (glob.isEmpty() || glob.contains("\n")) {
      throw new IllegalArgumentException("glob: '" + glob + "' (expected: one line)");
    }
  }

  public static Fault eio(Operation operation, String glob) {
    return new Fault(Action.EIO, operation, glob, 1, FOR_EVER, Duration.ZERO);
  }

  public static Fault enospc(Operation operation, String glob) {
    return new Fault(Action.ENOSPC, operation, glob, 1, FOR_EVER, Duration.ZERO);
  }

  public static Fault slow(Operation operation, String glob, Duration delay) {
    return new Fault(Action.SLOW, operation, glob, 1, FOR_EVER, delay);
  }

  public static Fault stall(Operation operation, String glob) {
    return new Fault(Action.STALL, operation, glob, 1, FOR_EVER, Duration.ZERO);
  }

  public static Fault skipForce(String glob) {
    return new Fault(Action.SKIP, Operation.FORCE, glob, 1, FOR_EVER, Duration.ZERO);
  }

  /// Only the `call`-th.
  public Fault at(long call) {
    return new Fault(action, operation, glob, call, 1, delay);
  }

  /// The `call`-th and all later ones.
  public Fault from(long call) {
    return new Fault(action, operation, glob, call, FOR_EVER, delay);
  }

  /// As a line of the control file.
  public String format() {
    return "%s %s %d %d %d %s".formatted(action, operation, first, count, delay.toMillis(), glob);
  }

  public static Fault parse(String line) {
    var words = List.of(line.split(" ", 6));
    if (words.size() < 6) {
      throw new IllegalArgumentException(
          "fault: '%s' (expected: action, operation, first, count, milliseconds, glob)"
              .formatted(line));
    }
    return new Fault(
        Action.valueOf(words.get(0)),
        Operation.valueOf(words.get(1)),
        words.get(5),
        Long.parseLong(words.get(2)),
        Long.parseLong(words.get(3)),
        Duration.ofMillis(Long.parseLong(words.get(4))));
  }
}
