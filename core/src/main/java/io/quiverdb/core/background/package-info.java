/// Decides when stores take checkpoints and merge segments. Entry type: [Background].
@NullMarked
package io.quiverdb.core.background;

import org.jspecify.annotations.NullMarked;
