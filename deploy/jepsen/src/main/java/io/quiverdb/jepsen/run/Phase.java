package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.workload.Load;
import java.time.Duration;

/// A load, for a time.
public record Phase(Duration length, Load load) {}
