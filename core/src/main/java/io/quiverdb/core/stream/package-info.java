/// Opaque named streams, by which an index is kept beside the rows it was built of. Entry types:
/// [StreamWriter], [StreamReader].
@NullMarked
package io.quiverdb.core.stream;

import org.jspecify.annotations.NullMarked;
