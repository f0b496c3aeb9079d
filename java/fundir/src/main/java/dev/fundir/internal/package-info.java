/** What the library is made of: header indexes, mapped and staged files, look-up of names. Not exported. */
package dev.fundir.internal;
