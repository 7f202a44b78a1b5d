/// Shows how the process fares: metrics, readiness and logs. Entry type: [NodeMetrics].
@NullMarked
package io.quiverdb.node.telemetry;

import org.jspecify.annotations.NullMarked;
