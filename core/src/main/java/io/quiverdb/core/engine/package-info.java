/// An open store behind its face: one class for each thing that is done with it. Entry type:
/// [Engine], which holds them all.
@NullMarked
package io.quiverdb.core.engine;

import org.jspecify.annotations.NullMarked;
