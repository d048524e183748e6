// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/helpers.h"

#include "triage/name_table.h"

#include <array>

namespace oopsfarm {

/// Leading underscores tell the inner from the outer function, which is no
/// matter here: patterns are written without them.
static std::string_view without_underscores(std::string_view name)
{
  const auto start = name.find_first_not_of('_');
  return name.substr(std::min(start, name.size()));
}

static constexpr std::array<std::string_view, 12> helper_tables{
    // who reports: sanitizers, warnings, panics, traps
    "*kasan* kcsan* *kmsan_* msan_* asan_* *sanitizer* ubsan_* kfence_* "
    "tsan_* check_memory_region* memory_is_poisoned* dump_stack* "
    "dump_backtrace* show_stack* show_regs* show_trace* unwind_backtrace "
    "print_address_description print_report print_*_bug* report_bug "
    "fixup_bug handle_bug warn* panic* vpanic nmi_panic "
    "check_panic_on_warn end_report start_report complete_report_* "
    "report_* print_*",
    "die oops_* exc_* asm_exc_* do_error_trap do_invalid_op invalid_op "
    "do_trap* do_general_protection general_protection page_fault "
    "async_page_fault do_page_fault do_user_addr_fault do_kern_addr_fault "
    "bad_area* no_context page_fault_oops kernelmode_fixup_or_oops "
    "*bad_addr spurious_* double_fault do_double_fault error_entry "
    "common_exception int3 do_int3 handle_overflow handle_*_overflow "
    "df_debug arch_stack_walk do_kernel_fault do_tag_check_fault "
    "walk_stackframe "
    "ref_tracker_dir_* skb_panic skb_over_panic skb_under_panic "
    "hwasan_* stack_trace_* hex_dump* hex_string "
    "check_region_inline fortify_* die_body die_header die_addr "
    "crash_kexec* machine_kexec* default_machine_kexec crash_save_* "
    "noist_exc_* paranoid_* fixup_exception rust_helper_BUG "
    "rust_begin_unwind",
    // powerpc, arm and riscv on their way into the reports
    "program_check* do_program_check* data_access* data_storage* "
    "handle_page_fault do_data_abort do_mem_abort do_translation_fault "
    "do_bad_area do_DataAbort dabt_svc el1_* el1h_* el1t_* do_el0_* "
    "do_undefinstr brk_handler do_debug_exception bug_handler "
    "call_undef_hook do_kernel_fault die_kernel_fault do_alignment* "
    "do_ud2 do_sea do_hash_fault hash_page* "
    "interrupt_return* unaligned_common* alignment_common* "
    "arm64_notify_die arm_notify_die aarch64_* bad_page_fault "
    "fault_in_kernel_space emulation_assist* "
    "instruction_access* instruction_storage* ret_from_except* "
    "irqentry_* exit_to_kernel_mode "
    "do_slb_fault do_bad_slb_fault do_bad_segment_interrupt "
    "do_bad_page_fault_segv machine_check_exception* machine_check_common* "
    "machine_check_early* unrecoverable_exception system_reset_exception "
    "system_reset_common* alignment_exception stack_overflow_exception "
    "kernel_bad_stack facility_unavailable_exception "
    "kernel_fp_unavailable_exception altivec_unavailable_exception "
    "vsx_unavailable_exception emulation_assist_interrupt "
    "interrupt_exit_* watchdog_smp_panic watchdog_timer_interrupt "
    "soft_nmi_* ",
    // allocators
    "kmalloc* kzalloc* kcalloc* kvmalloc* kvzalloc* vmalloc* vzalloc* "
    "krealloc* kvcalloc* kvrealloc* kmem_cache* slab_* *slab_alloc* kfree "
    "kvfree do_kmalloc* kmemdup* memdup_user* kstrdup* free_to_* "
    "alloc_page* alloc_pages* get_free_page* *alloc_pages* alloc_frozen_pages* "
    "set_page_owner* "
    "reset_page_owner* post_alloc_hook prep_new_page free_large_kmalloc "
    "find_lock_entries phys_addr virt_to_* compound_head* "
    "get_page_from_freelist "
    "folio_alloc* kmalloc_* devm_kmalloc* devm_kzalloc* fail_dump "
    "should_fail* should_failslab new_slab allocate_slab alloc_slab_page "
    "cache_alloc* cache_free* cache_grow* cache_flusharray warn_alloc* "
    "check_object_size check_heap_object *usercopy* kmemleak_* create_object "
    "stack_trace_save* save_stack* set_track* stack_depot* depot_* "
    "vmap_* find_vmap* insert_vmap* get_vm_area* alloc_vmap_area "
    "object_err slab_err slab_fix *free_hook qlink_free* "
    "qlist_free_all_* quarantine_* mempool_alloc* mempool_free* "
    "percpu_alloc pcpu_alloc* alloc_percpu* kvrealloc* krealloc* "
    "get_freepointer* freelist_ptr* prefetch_freepointer setup_object* "
    "check_slab check_object on_freelist check_bytes_and_report "
    "alloc_debug_processing free_debug_processing kasprintf kvasprintf* "
    "kstrndup* kmemdup_nul memdup_user_nul devm_kasprintf devm_kvasprintf",
    // locks and lockdep
    "lock_acquire* lock_release* lock_acquired lock_contended "
    "validate_chain check_prev* check_noncircular* check_usage* "
    "check_irq_usage check_deadlock* mark_lock* mark_held* mark_usage "
    "register_lock_class lookup_lock_class look_up_lock_class "
    "lockdep_* lock_set_* lock_downgrade* lock_pin* "
    "lock_unpin* hlock_class assign_lock_key is_static_key valid_state "
    "reacquire_held_locks debug_check_no_locks* debug_mutex_* "
    "lock_class* add_lock* add_chain_cache* lookup_chain_cache* "
    "rcu_lockdep* rcu_read_lock* rcu_read_unlock* rcu_lock_* rcu_dereference* "
    "trace_lock* lock_torture* save_trace debug_locks_off",
    "raw_spin_* spin_* do_raw_* raw_read_* raw_write_* read_lock* "
    "read_unlock* write_lock* write_unlock* mutex_* ww_mutex_* rt_mutex_* "
    "rtlock_* down down_* up up_read up_write rwsem_* percpu_down* "
    "percpu_up* percpu_rwsem* queued_spin* queued_read* queued_write* "
    "native_queued* pv_queued* pv_wait* osq_* seqcount_* read_seq* "
    "write_seq* local_bh_* rwlock_* rwlock_bug arch_spin* arch_read_* "
    "arch_write_* bit_spin_* rwbase_* rcuwait_* might_sleep* "
    "might_resched might_fault cant_sleep cant_migrate might_alloc "
    "preempt_count_* debug_smp_processor_id check_preemption_disabled "
    "this_cpu_preempt_check preempt_schedule* raw_spin_rq_lock* task_rq_lock* "
    "rq_lock* "
    "lock_sock_* release_sock lock_timer_base task_blocks_on_rt_mutex "
    "reiserfs_write_lock* reiserfs_write_unlock* folio_unlock "
    "folio_lock* unlock_page seqprop_* "
    "rt_spin_* rt_read_* rt_write_* rt_mutex_slow* local_lock_* lockref_* "
    "srcu_read_lock* srcu_read_unlock* cpus_read_lock* cpus_read_unlock* "
    "get_online_cpus put_online_cpus splpar_* spin_yield rw_yield "
    "yield_to_preempted yield_queued_*",
    // bytes, bits, atomics
    "memcpy* memcmp* memset* memmove* memchr* strcmp* strncmp* strcpy* "
    "strncpy* strlcpy* strscpy* strlen* strnlen* strcat* strlcat* strchr* "
    "strnstr strstr* strim strcasecmp strncasecmp strsep strrchr* "
    "sized_strscpy* fortify_panic fortify_report "
    "copy_to_user* copy_from_user* copy_in_user* copy_user_* "
    "copy_to_iter* copy_from_iter* copy_page_to_iter* copy_page_from_iter* "
    "copy_tofrom_user* copy_tofrom_user_* arch_copy_* csum_partial_copy* "
    "get_user* put_user* clear_user* rep_movs* clear_page_* "
    "atomic_* atomic64_* arch_atomic* raw_atomic* set_bit clear_bit "
    "change_bit test_bit test_and_* find_*_bit* variable_test_bit "
    "constant_test_bit instrument_* refcount_* kref_* cmpxchg* xchg* "
    "arch_set_bit arch_clear_bit arch_test_* "
    "raw_copy_* copy_mc_* memcpy_power* memcpy_and_pad memscan memweight "
    "copy_page_power* copypage_power* csum_partial* copyout* copyin "
    "copy_to_user_iter copy_from_user_iter memcpy_to_iter memcpy_from_iter "
    "copy_folio_to_iter copy_folio_from_iter* iterate_and_advance* "
    "bitmap_* hweight* crc16* crc32* crc64* crc_ccitt* crc_itu* "
    "crc_t10dif* sha1_* sha224_* sha256_* sha512_* md5_* siphash* "
    "chacha_* poly1305_*",
    // lists, trees, objects
    "list_add* list_del* list_move* list_splice* list_sort* list_empty* "
    "hlist_* llist_* list_lru_* rb_insert* rb_erase* rb_next rb_first rb_prev "
    "rb_last rb_replace* xas_* xa_* radix_tree_lookup* radix_tree_delete* "
    "radix_tree_insert* kobject_* kobj_* kset_* device_add device_del "
    "of_device_add "
    "device_register device_unregister device_create* put_device get_device "
    "device_initialize klist_* sysfs_create_* ida_* idr_* iput dput "
    "iput_final dentry_kill shrink_dentry_list dentry_free "
    "fast_dput dput_* drop_nlink mark_buffer_dirty aesti_encrypt aesti_decrypt "
    "crypto_ecb_* crypto_cbc_* "
    "crypto_skcipher_encrypt crypto_skcipher_decrypt crypto_shash_* "
    "crypto_ahash_* crypto_aead_encrypt crypto_aead_decrypt "
    "xts_encrypt xts_decrypt xts_crypt* ecb_* cbc_* aesni_* "
    "list_replace* plist_add plist_del plist_requeue "
    "add_uevent_var device_remove_file hwrng_unregister usb_kill_urb "
    "usb_kill_anchored_urbs usb_poison_urb usb_hcd_submit_urb "
    "device_for_each_child* "
    " "
    "kfree_skb* consume_skb_* "
    "skb_push skb_put skb_pull* aes_encrypt aes_decrypt "
    "get_device_parent device_destroy dpm_sysfs_* sysfs_remove_* "
    "i2c_del_adapter devres_release_* device_release "
    "tty_unregister_device unregister_client i2c_unregister_* "
    "truncate_inode_pages* rollback_registered* unregister_netdevice_many* "
    "cleanup_srcu_struct kthread_stop "
    "timerqueue_add get_random* crng_* extract_crng nla_* ",
    // time, work, waiting
    "add_timer* mod_timer* del_timer* timer_delete* timer_is_static* "
    "timer_debug* debug_timer* debug_object* debug_check_no_obj* "
    "debug_print_object debug_deactivate* detach_* try_to_del_timer* "
    "hrtimer_* lookup_object* try_to_grab_pending cancel_work_timer "
    "sk_stop_timer* finish_wait prepare_to_wait* add_wait_queue* "
    "remove_wait_queue "
    "drain_workqueue destroy_workqueue init_timer* timer_setup* flush_work "
    "flush_delayed* start_flush_work cancel_work* cancel_delayed* "
    "queue_work* queue_delayed* work_is_static* schedule_work* "
    "insert_work* wait_for_completion* wait_for_common* do_wait_for_common "
    "complete complete_all schedule_timeout* wake_up_common* wake_up "
    "wake_up_process wake_up_q try_to_wake_up default_wake_function "
    "autoremove_wake_function call_rcu* swake_up* wake_up_sync* "
    "wake_up_locked* wake_up_bit wake_up_var timer_shutdown* "
    "timer_wait_running delay_tsc delay_loop const_udelay udelay ndelay",
    // printing
    "printk* vprintk* console_unlock console_flush* console_trylock* "
    "console_lock* wake_up_klogd* serial8250_* uart_console_* univ8250_* "
    "wait_for_xmitr io_serial_* pr_cont* dev_printk* dev_err dev_warn "
    "dev_info dev_vprintk* vscnprintf* vsnprintf* scnprintf* "
    "snprintf sprintf vsprintf string format_decode pointer number "
    "symbol_string netdev_printk netdev_err call_console_driver* "
    "printk_* hvterm_* hvc_console_print hvc_console_write va_format "
    "dev_notice dev_alert dev_crit dev_emerg dev_dbg netdev_warn "
    "netdev_info netdev_notice dynamic_dev_dbg dynamic_pr_debug "
    "bstr_printf vbin_printf seq_printf seq_vprintf",
    // entry code
    "entry_* do_syscall_* syscall_* do_fast_syscall* do_int80* x64_sys_call "
    "ia32_sys_* system_call* sysenter* ret_from_* el0_* el1_irq* "
    "kernel_thread_starter common_interrupt apic_timer_interrupt "
    "smp_apic_timer_interrupt asm_* sysvec_* reschedule_interrupt "
    "retint_* invoke_syscall start_secondary* secondary_startup* "
    "irq_work_* trace_* perf_trace_* ftrace_* bpf_trace_* do_el0_svc "
    "do_softirq_own_stack call_do_* do_SYSENTER_* swapgs_* traceiter_* "
    "error_exit error_return ",
    "restore_all paravirt_* arch_local_* raw_local_* "
    "local_irq_* replay_* preempt_latency_* write_comp_data trace_hardirqs* "
    "read_word_at_a_time "
    "logic_in* logic_out* inb inw inl outb outw outl raw_readb raw_readw "
    "raw_readl raw_readq "
    "raw_writeb raw_writew raw_writel raw_writeq readb readw readl readq "
    "writeb writew writel writeq read_once_* write_once_* ftrace_likely_update "
    "x86_indirect_thunk* "
    "x86_retpoline* retpoline* jump_label_* "
    "kcov_* stack_access_ok unwind_next_frame* zero_user* bad_range "
    "assfail current_* get_current rethook_* kprobe_* kretprobe_* "
    "trampoline_* optprobe_* hypercall_* plpar_* ",
};

/// The first `count` of the tables above as one.
static NameTable join_tables(std::size_t count)
{
  NameTable joined("");
  for (std::size_t index = 0; index < count; ++index) {
    joined.add(helper_tables[index]);
  }
  return joined;
}

bool is_helper(std::string_view name)
{
  static const NameTable table = join_tables(helper_tables.size());
  const auto bare = without_underscores(name);
  return bare.empty() || table.holds(bare);
}

bool is_reporter(std::string_view name)
{
  constexpr std::size_t reporters = 3; // the tables that come first
  static const NameTable table = join_tables(reporters);
  return table.holds(without_underscores(name));
}

bool is_waiter(std::string_view name)
{
  static const NameTable table(
      "schedule* context_switch *wait_for_common* wait_for_completion* "
      "*wait_on_bit* out_of_line_wait* bit_wait* io_schedule* *_wait_event* "
      "prepare_to_wait* mutex_* *mutex_lock* ww_mutex* rt_mutex* "
      "rwsem_* down down_* *_slowpath* percpu_down* percpu_rwsem* "
      "rwbase_* raw_spin* do_wait_for* lock_acquire* "
      "schedule_timeout* usleep* msleep* wait_on_* "
      "call_rwsem_* wait_rcu_gp wait_woken preempt_schedule* _cond_resched "
      "cond_resched "
      "switch_to* lockdep_* trace_* lock_sock* flush_work "
      "flush_workqueue drain_workqueue cancel_* start_flush_work "
      "rcu_barrier* get_signal* "
      "synchronize_hardirq folio_wait* wait_for_* refrigerator "
      "read_seq* kthread_stop flush_delayed* "
      "kmalloc* kmem_cache* slab_* completion_* swait* prepare_to_* "
      "blk_execute_rq blk_mq_freeze_queue_wait "
      "cpuhp_*");
  return table.holds(without_underscores(name));
}

bool is_anchor(std::string_view name)
{
  static const NameTable table(
      // system calls, and what fans out below them
      "do_syscall_* do_fast_syscall* do_int80* entry_* x64_sys_call "
      "system_call* syscall_exit* sysenter_* el0_svc* invoke_syscall "
      "ret_fast_syscall ret_from_* vfs_read vfs_write vfs_readv vfs_writev "
      "new_sync_read new_sync_write call_read_iter call_write_iter "
      "do_iter_write do_iter_read do_iter_readv* vfs_ioctl do_vfs_ioctl "
      "*_compat_ioctl *blkdev_ioctl vfs_fsync* vfs_get_tree "
      "sock_common_setsockopt sys_setsockopt sys_getsockopt rtnetlink_rcv_msg "
      "nfnetlink_rcv_msg "
      "genl_rcv_msg genl_family_rcv_msg* netlink_dump* "
      "do_exit do_group_exit fput exit_to_user* task_work_run mmap_region "
      "do_mmap "
      // faults
      "do_page_fault data_access* hash__do_page_fault do_hash_fault "
      "do_translation_fault do_mem_abort do_fault "
      // interrupts, timers
      "do_softirq softirqentry_text_start handle_softirqs irq_exit* "
      "call_timer_fn run_timer_softirq expire_timers run_timers "
      "run_timer_base net_rx_action netif_receive_skb* "
      "tasklet_action* "
      "rcu_do_batch rcu_core do_nmi handle_irq_event* "
      // threads
      "kthread process_one_work worker_thread smpboot_thread_fn "
      "cpu_stopper_thread run_ksoftirqd do_idle cpu_startup_entry "
      "start_secondary start_kernel rest_init do_one_initcall");
  return table.holds(without_underscores(name));
}

} // namespace oopsfarm
