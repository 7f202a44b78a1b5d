/// Bugs that are planted to see whether they are found. Entry types: [Mutant], [Hunt].
@NullMarked
package io.quiverdb.jepsen.mutant;

import org.jspecify.annotations.NullMarked;
