/// Seals what goes to the disk and into logs. Entry type: [PageCodec].
@NullMarked
package io.quiverdb.core.crypto;

import org.jspecify.annotations.NullMarked;
