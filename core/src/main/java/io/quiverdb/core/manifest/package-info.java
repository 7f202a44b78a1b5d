/// Which files make up a store, published by one atomic swap. Entry type: [ManifestStore].
@NullMarked
package io.quiverdb.core.manifest;

import org.jspecify.annotations.NullMarked;
