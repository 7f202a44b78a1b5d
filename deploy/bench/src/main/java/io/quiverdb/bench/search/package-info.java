/// Searches by the engine's graphs beside those of Lucene's index searcher.
@NullMarked
package io.quiverdb.bench.search;

import org.jspecify.annotations.NullMarked;
