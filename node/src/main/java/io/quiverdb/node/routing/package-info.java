/// Brings each call to the shards that answer it, and their answers together. Entry type:
/// [ShardRouter].
@NullMarked
package io.quiverdb.node.routing;

import org.jspecify.annotations.NullMarked;
