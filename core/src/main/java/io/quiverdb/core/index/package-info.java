/// Approximate search within one segment: a graph over its vectors (HNSW), built once, immutable,
/// and always to be had again from the rows. Entry type: [VectorIndex].
///
/// The graph is Lucene's (`util.hnsw`): its builder and its searchers, over vectors that stay where
/// they are and with arithmetic of our own. Nothing outside sees Lucene. What it finds is scored
/// again by whoever asks, so that its rounding shows nowhere.
@NullMarked
package io.quiverdb.core.index;

import org.jspecify.annotations.NullMarked;
