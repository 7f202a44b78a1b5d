/// The replicated metadata of the cluster: its nodes, shards and collections. Entry type:
/// [Catalog].
@NullMarked
package io.quiverdb.raft.catalog;

import org.jspecify.annotations.NullMarked;
