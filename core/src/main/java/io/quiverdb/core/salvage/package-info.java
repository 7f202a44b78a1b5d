/// Makes a new store of what can still be read of a damaged one. Entry type: [Salvager].
@NullMarked
package io.quiverdb.core.salvage;

import org.jspecify.annotations.NullMarked;
