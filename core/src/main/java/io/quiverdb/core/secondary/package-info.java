/// Finds the rows of a segment by the values of its filterable fields. Entry types:
/// [SecondaryIndexWriter], [SecondaryIndex].
@NullMarked
package io.quiverdb.core.secondary;

import org.jspecify.annotations.NullMarked;
