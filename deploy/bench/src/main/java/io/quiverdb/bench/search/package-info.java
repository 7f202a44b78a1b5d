/// Searches by the engine's graphs beside those of Lucene's index searcher and of the graph library
/// alone. Entry type: [SearchBench].
@NullMarked
package io.quiverdb.bench.search;

import org.jspecify.annotations.NullMarked;
