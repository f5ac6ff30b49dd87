/**
 * What the front door stands on: the step through time and its workspace, the model file, the
 * replacement of files, the random generator. Nothing here is API; the module does not export it.
 */
package io.github.charrnn.internal;
