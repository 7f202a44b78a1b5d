/// Decides when a replica makes a checkpoint, and tells Ratis of it. Entry type: [Checkpointer].
@NullMarked
package io.quiverdb.raft.snapshot;

import org.jspecify.annotations.NullMarked;
