/// Data that is always at hand: the names of Unicode characters, and an embedder that turns text
/// into vectors. Entry types: [UnicodeNames], [HashEmbedder].
@NullMarked
package io.quiverdb.cli.dataset;

import org.jspecify.annotations.NullMarked;
