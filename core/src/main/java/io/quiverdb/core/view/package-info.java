/// What readers see of a store: its state after one entry, immutable. Entry type: [PublishedState].
@NullMarked
package io.quiverdb.core.view;

import org.jspecify.annotations.NullMarked;
