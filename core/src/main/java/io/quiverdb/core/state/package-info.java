/// What the operations of a shard have made so far: collections, tombstones, ownership, the window
/// of request ids, and the hash over all of it. Entry type: [ShardState].
@NullMarked
package io.quiverdb.core.state;

import org.jspecify.annotations.NullMarked;
