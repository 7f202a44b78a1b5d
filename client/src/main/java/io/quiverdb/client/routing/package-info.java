/// Finds the node that shall serve a call, and tries again until one did or the time is over.
///
/// Internal to the client. Entry: [Router].
@NullMarked
package io.quiverdb.client.routing;

import org.jspecify.annotations.NullMarked;
