# SPDX-License-Identifier: LGPL-2.1-or-later
# The library: libzdm.a (position independent, hidden, for plug-ins) and libzdm.so.

LIB_SRC := $(sort $(wildcard lib/*/*.c lib/*/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o)

.PHONY: lib
## lib              the library, $(B)/libzdm.a and $(B)/libzdm.so
lib: $(B)/libzdm.a $(B)/libzdm.so
all: lib

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(ZDM_CPPFLAGS) $(ZDM_CFLAGS) -c -o $@ $<

$(B)/libzdm.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/libzdm.so.$(ZDM_SOVERSION): $(LIB_OBJ) lib/libzdm.map
	$(call say,LD,$@)
	$(Q)$(ZDM_LINK) -shared -Wl,-soname,$(@F) -Wl,-z,defs -Wl,--version-script=lib/libzdm.map \
		-o $@ $(LIB_OBJ) $(ZDM_LDLIBS)

$(B)/libzdm.so: $(B)/libzdm.so.$(ZDM_SOVERSION)
	$(Q)ln -sf $(<F) $@

-include $(LIB_OBJ:.o=.d)
