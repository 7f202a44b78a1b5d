/// Replicates shards with Apache Ratis, which nothing outside this module sees. Entry type:
/// [RaftHost].
@NullMarked
package io.quiverdb.raft;

import org.jspecify.annotations.NullMarked;
