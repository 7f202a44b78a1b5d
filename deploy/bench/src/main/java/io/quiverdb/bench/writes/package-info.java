/// Acknowledged writes of a cluster of three processes on this machine, beside those of etcd and of
/// Ratis alone.
@NullMarked
package io.quiverdb.bench.writes;

import org.jspecify.annotations.NullMarked;
