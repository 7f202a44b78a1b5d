/// How files are cut into pages that say what they are and whether they are intact. Entry types:
/// [PageWriter], [PageFile]; [BlobFile] for what is read as a whole.
@NullMarked
package io.quiverdb.core.format;

import org.jspecify.annotations.NullMarked;
