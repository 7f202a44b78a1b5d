/// Evaluates conditions on payloads. Entry type: [PayloadFilter].
@NullMarked
package io.quiverdb.core.filter;

import org.jspecify.annotations.NullMarked;
