/// Brings a shard's state to the disk and back. Entry types: [CheckpointWriter],
/// [CheckpointReader].
@NullMarked
package io.quiverdb.core.checkpoint;

import org.jspecify.annotations.NullMarked;
