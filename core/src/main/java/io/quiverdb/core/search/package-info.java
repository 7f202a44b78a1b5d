/// Finds the nearest vectors. Entry type: [ExactSearch].
@NullMarked
package io.quiverdb.core.search;

import org.jspecify.annotations.NullMarked;
