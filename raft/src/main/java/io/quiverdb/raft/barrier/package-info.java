/// Makes reads linearizable: has a majority confirm that the leader still leads. Entry type:
/// [Barrier].
@NullMarked
package io.quiverdb.raft.barrier;

import org.jspecify.annotations.NullMarked;
