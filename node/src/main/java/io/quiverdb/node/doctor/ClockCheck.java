package io.quiverdb.node.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/// Whether somebody keeps the clock right: on Linux the kernel knows (adjtimex(2)).
final class ClockCheck {
  // struct timex of 64-bit Linux
  private static final long TIMEX_BYTES = 208;
  private static final long STATUS_OFFSET = 40;
  private static final int UNSYNCHRONIZED = 0x40; // STA_UNSYNC

  private ClockCheck() {}

  @SuppressWarnings("restricted") // a system call that only asks
  static Finding examine() {
    var now = Instant.now().toString();
    try (var arena = Arena.ofConfined()) {
      var linker = Linker.nativeLinker();
      var adjtimex = linker.defaultLookup().find("adjtimex");
      if (adjtimex.isEmpty()) {
        return Finding.good("clock", now + "; whether it is kept right is not known here");
      }
      var timex = arena.allocate(TIMEX_BYTES, Long.BYTES);
      var call =
          linker.downcallHandle(
              adjtimex.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      int result = (int) call.invokeExact(timex);
      if (result < 0) {
        return Finding.good("clock", now + "; whether it is kept right is not known here");
      }
      int status = timex.get(ValueLayout.JAVA_INT, STATUS_OFFSET);
      return (status & UNSYNCHRONIZED) == 0
          ? Finding.good("clock", now + ", synchronized")
          : Finding.warning(
              "clock",
              now + ", not synchronized",
              "Let NTP (chrony, systemd-timesyncd) keep it. No write depends on it; logs and"
                  + " deadlines do.");
    } catch (Throwable e) {
      // Native access may be denied.
      return Finding.good("clock", now + "; whether it is kept right is not known here");
    }
  }
}
