package io.quiverdb.node.api;

import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.telemetry.TraceId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Gives each call its deadline and trace id, from its headers or by default.
final class CallClock {
  // Answers come before the framework gives up.
  static final Duration GRACE = Duration.ofSeconds(5);

  // gRPC over HTTP/2: at most eight digits and a unit.
  private static final Pattern TIMEOUT = Pattern.compile("(\\d{1,8})([HMSmun])");

  private final Duration timeout;

  /// @param timeout of calls that bring none
  CallClock(Duration timeout) {
    this.timeout = timeout;
  }

  Deadline deadline(ServiceRequestContext context) {
    var wanted = header(context, "grpc-timeout").flatMap(CallClock::timeout).orElse(timeout);
    context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, wanted.plus(GRACE));
    return Deadline.after(wanted);
  }

  /// For a call that goes on until its caller has had enough.
  void letGoOn(ServiceRequestContext context) {
    context.clearRequestTimeout();
  }

  String traceId(ServiceRequestContext context) {
    return TraceId.of(header(context, "traceparent"));
  }

  private static Optional<String> header(ServiceRequestContext context, String name) {
    return Optional.ofNullable(context.request().headers().get(name));
  }

  static Optional<Duration> timeout(String header) {
    var matcher = TIMEOUT.matcher(header);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    var unit =
        switch (matcher.group(2)) {
          case "H" -> TimeUnit.HOURS;
          case "M" -> TimeUnit.MINUTES;
          case "S" -> TimeUnit.SECONDS;
          case "m" -> TimeUnit.MILLISECONDS;
          case "u" -> TimeUnit.MICROSECONDS;
          default -> TimeUnit.NANOSECONDS;
        };
    // Saturates at about 292 years, of which a day is enough.
    long nanos = Math.min(unit.toNanos(Long.parseLong(matcher.group(1))), TimeUnit.DAYS.toNanos(1));
    return Optional.of(Duration.ofNanos(nanos));
  }
}
