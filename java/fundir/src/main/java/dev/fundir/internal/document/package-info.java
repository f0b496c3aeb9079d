/** JSON and YAML documents: read as trees whose nodes know their place. Not exported. */
package dev.fundir.internal.document;
