/// The rows of one collection, in memory and on disk, behind one face. Entry types: [RowSource],
/// [ActiveBuffer].
@NullMarked
package io.quiverdb.core.rows;

import org.jspecify.annotations.NullMarked;
