/// Tells Ratis of a replica's checkpoints. Entry type: [PublishedCheckpoint].
@NullMarked
package io.quiverdb.raft.snapshot;

import org.jspecify.annotations.NullMarked;
