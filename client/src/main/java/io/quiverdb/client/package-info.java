/// The Java client. Entry: [QuiverClient].
@NullMarked
package io.quiverdb.client;

import org.jspecify.annotations.NullMarked;
